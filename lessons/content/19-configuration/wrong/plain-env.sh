# step: use
kubectl set env deployment/sign PASSWORD=opensesame
clock advance 20s
