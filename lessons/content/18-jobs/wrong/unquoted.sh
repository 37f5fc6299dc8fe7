# step: schedule
kubectl create cronjob tick --image=busybox:1.37 --schedule=* * * * * -- echo tick
