# step: schedule
kubectl create cronjob tick --image=busybox:1.37 --schedule="1 * * * *" -- echo tick
clock advance 330s
