options(digits=15)
suppressMessages(library(survey))
d <- read.csv("sample.csv", na.strings="")
d$felt <- factor(d$felt)
d$u1 <- paste(d$stratum,d$psu); d$u2 <- paste(d$stratum,d$psu,d$ssu)
out <- NULL
add <- function(design,question,by,group,level,est,se,deff,lo=NA,hi=NA,df=NA){
  out <<- rbind(out,data.frame(design,question,group_by=by,group,level,estimate=est,std_error=se,deff,ci_low=lo,ci_high=hi,df))
}
run <- function(name, des, deff, cat=TRUE){
  one <- function(sub,by,group){
    for(q in c("score","minutes")){
      f <- as.formula(paste0("~",q))
      m <- svymean(f, sub, na.rm=TRUE, deff=deff)
      dd <- degf(subset(sub, !is.na(get(q))))
      ci <- confint(m, df=dd)
      add(name,q,by,group,"",coef(m)[1],SE(m)[1],deff(m)[1],ci[1],ci[2],dd)
    }
    m <- svymean(~felt, sub, na.rm=TRUE, deff=deff)
    s2 <- subset(sub, !is.na(felt))
    for(k in levels(d$felt)){
      nm <- paste0("felt",k)
      dd<-degf(s2)
      ci <- c(NA,NA)
      v <- SE(m)[nm]; p <- coef(m)[nm]
      if (p>0 && p<1){ x<-log(p/(1-p)); r<-qt(.975,dd)*v/(p*(1-p)); ci<-plogis(c(x-r,x+r)) }
      add(name,"felt",by,group,k,p,v,deff(m)[if (is.matrix(deff(m))) which(names(coef(m))==nm) else nm],ci[1],ci[2],dd)
    }
  }
  one(des,"","all")
  for(g in unique(d$age)) one(subset(des, age==g),"age",g)
  for(g in unique(d$stratum)) one(subset(des, stratum==g),"stratum",g)
}
d$N1 <- ave(d$weight, d$stratum, FUN=sum)
run("weights", svydesign(~1,weights=~weight,data=d), "replace")
run("strata", svydesign(~1,strata=~stratum,weights=~weight,data=d), "replace")
run("clusters", svydesign(~u1,strata=~stratum,weights=~weight,data=d), "replace")
c1 <- svydesign(~u1,strata=~stratum,weights=~weight,fpc=~psus,data=d)
run("finite", c1, TRUE)
c2 <- svydesign(~u1+u2,strata=~stratum,weights=~weight,fpc=~psus+ssus,data=d)
run("two-stage", c2, TRUE)
ps <- postStratify(c1,~age,data.frame(age=c("18-34","35-59","60+"),Freq=c(18000,25000,14000)))
run("post-strata", ps, TRUE)
rk <- calibrate(c1,~age+sex,c(`(Intercept)`=57000,`age35-59`=25000,`age60+`=14000,sexM=27500),calfun="raking",epsilon=1e-13,maxit=500)
run("raked", rk, TRUE)
e1 <- svydesign(~1,strata=~stratum,weights=~weight,data=d)
run("raked-elements", calibrate(e1,~age+sex,c(`(Intercept)`=57000,`age35-59`=25000,`age60+`=14000,sexM=27500),calfun="raking",epsilon=1e-13,maxit=500), "replace")
write.csv(out,"expected.csv",row.names=FALSE,quote=FALSE,na="")
write.csv(data.frame(id=d$id,weight=weights(rk)),"raked.csv",row.names=FALSE)
